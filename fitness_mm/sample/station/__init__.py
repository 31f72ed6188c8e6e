"""Where a clip happens: five cameras, room, light and bench, and how a body is drawn in there."""
