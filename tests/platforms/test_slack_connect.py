"""/connect through Slack's door: whom somebody mentions, the answer that one person sees, and the buttons in it."""

import pytest

from bot.platforms.slack import inbound
from tests.platforms.conftest import SlackWorld, words_of

COMMAND = {"command": "/connect", "team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("<@U02|ben> <@W3> carers &amp; schools", "<@U02|ben> <@W3> carers & schools"),
        ("who works in <#C1|general>, <!here> or <!subteam^S1|@carers>?", "who works in #general, @here or @carers?"),
        ("<https://example.org/a|example.org/a> <mailto:a@b.org|a@b.org>", "example.org/a a@b.org"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("a &lt;b&gt; &lt;!channel&gt;", "a <b> <!channel>"),
        ("a < b", "a < b"), ("<>", "<>"),
    ],
)  # fmt: skip
def test_what_slack_writes_for_a_mention(sent: str, words: str) -> None:
    """People keep their ids; channels and addresses are what their reader sees."""
    assert inbound.command(COMMAND | {"text": sent}).words == words


async def test_two_others_are_asked(slack_world: SlackWorld) -> None:
    """Ben brings Ana and Cleo together in the channel, where nobody else sees it; both press yes and are introduced."""
    for user in ("U01", "U02", "U03"):
        await slack_world.joins(user)
    await slack_world.balcony.tick()
    posts = [post for post in slack_world.slack.posts if post.channel == "C01GEN"]
    told = await slack_world.says("U02", "/connect <@U01|ana> <@U03|cleo> you both need &lt;carers&gt;")
    assert told is not None
    assert told.user == "U02"
    assert "I take this to" in words_of(told)
    await slack_world.balcony.tick()
    for user in ("U01", "U03"):
        asked = slack_world.slack.dms(user)[-1]
        assert "you both need <carers>" in words_of(asked)
        await slack_world.presses(user, asked, "Yes, introduce us")
    await slack_world.balcony.tick()
    assert "what U03 is working on" in words_of(slack_world.slack.dms("U01")[-1])
    assert [post for post in slack_world.slack.posts if post.channel == "C01GEN"] == posts


async def test_by_the_form(slack_world: SlackWorld) -> None:
    """With Slack's own field for people."""
    for user in ("U02", "U03"):
        await slack_world.joins(user)
    await slack_world.says("U02", "/connect never cleo")
    sent = await slack_world.slack.submit("U02", await slack_world.form("U02"), {"who": "U03"})
    assert sent.errors is None
    await slack_world.says("U02", "/connect never")
    assert "<@U03>" in slack_world.last_seen("U02")
