"""lansync, and what a user would take instead."""

from contenders.contender import NotInstalled
from contenders.lansync import Lansync
from contenders.plain_copy import PlainCopy
from contenders.rsync import RsyncDaemon, RsyncOverSsh
from contenders.syncthing import Syncthing
from contenders.unison import Unison

# lansync first: the others are compared with it.
ALL = {"lansync": Lansync, "syncthing": Syncthing, "rsync-ssh": RsyncOverSsh,
       "rsync-daemon": RsyncDaemon, "unison": Unison, "cp": PlainCopy}
