"""The platforms: slack, teams and local, each in a folder with the same few files.

inbound.py   a request becomes an Event
render.py    a Message or a Form becomes the platform's own shape
outbound.py  Platform.send
listen.py    puts the three together and serves

What they share: payload.py looks things up in requests, waiting.py knows how long to wait.
"""
