"""The platforms: slack, teams and local, each in a folder with the same few files.

inbound.py   a request becomes an Event
render.py    a Message or a Form becomes the platform's own shape
outbound.py  Platform.send, and Platform.find where a platform lets us look
refused.py   what each failure means for a message
listen.py    puts the three together and serves

What they share: payload.py looks things up in requests, waiting.py what may be asked again, and when.
"""
