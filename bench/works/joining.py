"""From `join` to equal folders."""

import time

from trees import make_tree, same
from works.observed import Observed

LOOK_SECONDS = 0.02


class Joining(Observed):
    """Two daemons that run and have no share; a folder of `count` mixed files on one of them."""

    def __init__(self, count):
        self.count = count
        self.name = f"joining a folder of {count} files"

    def takes(self, kind):
        return kind.name == "lansync"

    def measure(self, contender, patience):
        make_tree(contender.source, "join", self.count)
        contender.start_daemons()
        begin = time.monotonic()
        contender.join_all()
        while not same(contender.source, contender.targets[0]):
            if time.monotonic() - begin > patience:
                raise TimeoutError("the folders do not become equal")
            time.sleep(LOOK_SECONDS)
        return {"seconds": round(time.monotonic() - begin, 3)}
