"""The whole main job through the strict fake Slack: real HTTP, real signatures."""

from tests.platforms.conftest import CHANNEL, SlackWorld, button_of, words_of


async def test_the_main_job(slack_world: SlackWorld) -> None:
    """Welcome, join, commit, session end, reflection, weekly message, round, did you meet: each arrives, each once."""
    world, slack = slack_world, slack_world.slack
    await world.balcony.tick()
    assert "Balcony" in words_of(slack.posts[0])
    for user in ("U02", "U03"):
        joined = await world.joins(user)
        assert joined.view is not None
        assert "Welcome" in words_of(joined.view)

    kept = await world.says("U02", "/commit ring the school nurse on Friday morning")
    assert kept is not None
    assert "Friday 27 November" in words_of(kept)

    await world.waits_until("2026-11-26 15:00")
    ended = slack.posts[-1]
    assert ended.channel == CHANNEL
    assert "People own what they create" in words_of(ended)

    await slack.press("U03", ended, button_of(ended, "Reflect"))
    page = await world.form("U03")
    written = await slack.submit(
        "U03", page, {"q1": "That trust is slow", "q4": "have tea with the caretaker tomorrow"}
    )
    assert written.view is not None
    assert "have tea with the caretaker" in words_of(written.view)

    await world.waits_until("2026-11-27 09:00")
    back = slack.dms("U02")[-1]
    assert "ring the school nurse" in words_of(back)
    await slack.press("U02", back, button_of(back, "Done"))
    await world.listener.settle()
    assert "What did you learn?" in words_of(slack.seen_by("U02")[-1])

    await world.waits_until("2026-12-03 16:00")
    assert "Two minutes on the balcony" in words_of(slack.dms("U02")[-1])

    await world.waits_until("2026-12-08 09:30")
    introduced = words_of(slack.posts[-1])
    assert "<@U02>" in introduced
    assert "<@U03>" in introduced

    await world.waits_until("2026-12-15 09:30")
    asked = slack.dms("U03")[-1]
    await slack.press("U03", asked, button_of(asked, "Yes"))
    await world.listener.settle()
    assert "connection" in words_of(slack.seen_by("U03")[-1])
