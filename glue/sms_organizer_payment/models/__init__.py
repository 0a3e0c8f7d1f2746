from . import account_move
from . import organizer_link
