from . import organizer_compose
