"""The picture of the map: whoever has a member's link gets it for a quarter of an hour, and nobody else gets anything."""

import asyncio
import struct
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette

from bot.chat import Picture
from bot.web import map_routes
from bot.web import png as drawing
from bot.web.map import AT_ONCE, OFTEN
from storage import connections, members
from storage.keys import KeyRing, new_key
from tests.conftest import KEYS, World

HERE = "https://balcony.example.org"


@pytest.fixture
async def mapped(world: World) -> World:
    """Ben and Cleo are on the map, and know each other; Ben's organisation is called oddly."""
    world.database.address = HERE
    async with world.database.transaction() as db:
        (ben,), (cleo,) = [await members.memberships(db, one.person) for one in (world.ben, world.cleo)]
        ben.wants_found = cleo.wants_found = True
        ben.organisation = "<script>alert(1)</script> & Söhne \u202e"
        await connections.say_known(db, ben, cleo.id, world.clock())
    return world


async def link(world: World) -> str:
    """Ben's, as he gets it."""
    await world.ben.types("/balcony map")
    (picture,) = [block for block in world.ben.sees()[-1].blocks if isinstance(block, Picture)]
    return picture.url


def web(world: World) -> httpx.AsyncClient:
    app = Starlette(routes=map_routes(world.database, world.clock))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE)


async def test_a_png_of_the_size_it_says(mapped: World) -> None:
    """Nobody keeps it on the way, nothing in it is run, and no name of a person is in it."""
    async with web(mapped) as http:
        answer = await http.get(await link(mapped))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", answer.content[16:24])
    assert 500 < width < 700
    assert 150 < height < 500
    assert "no-store" in answer.headers["cache-control"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_same_as_svg(mapped: World) -> None:
    """The title and the numbers of people; the odd name is text, and neither Ben nor Cleo is named."""
    async with web(mapped) as http:
        answer = await http.get((await link(mapped)).replace(".png", ".svg"))
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ET.fromstring(answer.text)
    assert "You are number" in "".join(root.itertext())
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert "<script>alert(1)" in "".join(root.itertext())
    assert ">ben<" not in answer.text
    assert "@" not in answer.text


async def test_it_shows_what_is_so_now(mapped: World) -> None:
    """Drawn when it is fetched: who has left or taken themselves off is not in it."""
    url = (await link(mapped)).replace(".png", ".svg")
    async with web(mapped) as http:
        assert "two people on one island" in (await http.get(url)).text
        await mapped.cleo.types("/balcony leave")
        await mapped.cleo.presses("Leave")
        assert "one person on one island" in (await http.get(url)).text


async def test_wrong_links_are_all_the_same(mapped: World) -> None:
    """Any change, another's id, a later time, another key, no token: 404 with the same words and nothing else."""
    url = await link(mapped)
    whole = url.rpartition("/")[2]
    ben, until, signature = whole.removesuffix(".png").split(".")
    async with mapped.database.transaction() as db:
        (cleo,) = await members.memberships(db, mapped.cleo.person)
    other = KeyRing((new_key(),)).sign(f"map|{ben}|{until}")
    wrong = [
        f"{cleo.id}.{until}.{signature}.png", f"{ben}.{int(until, 16) + 900:x}.{signature}.png", f"{ben}.{until}.{other}.png",
        f"{ben}.{until}.{signature[:-1]}.png", f"{ben}.{until}..png", f"{ben}.png", ".png", "png", whole.replace(".png", ".gif"),
        f"{ben}.{until}.%F0%9F%92%A5.png", "..%2f..%2fetc.png", "x" * 3000 + ".png", f"{ben}.-1.{signature}.svg",
    ]  # fmt: skip
    async with web(mapped) as http:
        answers = [await http.get(f"/map/{name}") for name in wrong]
        assert {(answer.status_code, answer.text) for answer in answers} == {(404, "There is nothing here.")}
        assert (await http.get(url)).status_code == 200


async def test_a_link_ends(mapped: World) -> None:
    """After a quarter of an hour, and at once for who leaves or comes off the map; on it again, it serves again."""
    url = await link(mapped)
    async with web(mapped) as http:
        await mapped.ben.presses("Take me off the map")
        assert (await http.get(url)).status_code == 404
        await mapped.ben.presses("Show me on the map")
        assert (await http.get(url)).status_code == 200
        mapped.clock.moves_by(minutes=15)
        assert (await http.get(url)).status_code == 200
        mapped.clock.moves_by(seconds=1)
        assert (await http.get(url)).status_code == 404
        url = await link(mapped)
        await mapped.ben.types("/balcony leave")
        await mapped.ben.presses("Leave")
        assert (await http.get(url)).status_code == 404


async def test_after_keys_were_changed_a_link_still_serves(mapped: World) -> None:
    """The new key comes first; with the old one gone it does not."""
    url = await link(mapped)
    old = mapped.database.keys
    async with web(mapped) as http:
        fresh = new_key()
        mapped.database.keys = KeyRing((fresh, *KEYS))
        assert (await http.get(url)).status_code == 200
        mapped.database.keys = KeyRing((fresh,))
        assert (await http.get(url)).status_code == 404
        mapped.database.keys = old


async def test_one_link_cannot_be_fetched_all_the_time(mapped: World) -> None:
    """So often a minute and no more; another's link is not touched by it, and a minute later it serves again."""
    url = (await link(mapped)).replace(".png", ".svg")
    await mapped.cleo.types("/balcony map")
    (theirs,) = [block.url for block in mapped.cleo.sees()[-1].blocks if isinstance(block, Picture)]
    async with web(mapped) as http:
        assert {(await http.get(url)).status_code for _ in range(OFTEN)} == {200}
        refused = await http.get(url)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert (await http.get(theirs.replace(".png", ".svg"))).status_code == 200
        mapped.clock.moves_by(minutes=1, seconds=1)
        assert (await http.get(url)).status_code == 200


async def test_so_many_are_drawn_at_once_and_no_more(mapped: World) -> None:
    """Who comes on top of that is asked to come back; afterwards it serves again."""
    url = (await link(mapped)).replace(".png", ".svg")
    async with web(mapped) as http:
        answers = await asyncio.gather(*(http.get(url) for _ in range(AT_ONCE + 2)))
        assert sorted(answer.status_code for answer in answers) == [200] * AT_ONCE + [429] * 2
        assert (await http.get(url)).status_code == 200


async def test_while_the_database_is_away(mapped: World) -> None:
    """A sentence and a time to come back, and nothing of the reason."""
    url = await link(mapped)
    async with mapped.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE member RENAME TO elsewhere")
    async with web(mapped) as http:
        answer = await http.get(url)
    assert (answer.status_code, answer.text) == (503, "Please try again in a minute.")


async def test_others_are_answered_while_a_picture_is_drawn(mapped: World) -> None:
    """It is drawn by another process: the loop is never held for long."""
    url = await link(mapped)
    async with web(mapped) as http:
        fetching = asyncio.create_task(http.get(url))
        turns = 0
        while not fetching.done():
            await asyncio.sleep(0.001)
            turns += 1
    assert (await fetching).status_code == 200
    assert turns > 5


async def test_what_cannot_be_drawn() -> None:
    """Neither nonsense nor a picture beyond all measure ends this process, or says what was in it."""
    for odd in ("no svg", "<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9999999" height="9999999"/>'):
        with pytest.raises(drawing.NotDrawn) as refused:
            await drawing.png(odd)
        assert "svg" not in str(refused.value)
