"""Notes which of the situations that the recorded programs are about occur in a run of one."""
import torch

from view_programs_run import MANY, VIEWS, WRITES, repeats, shared, target_of


class Tags(set):
    """Notes which of the situations that the tests are about occur in a run."""

    def __init__(self, program):
        super().__init__()
        count = len(program["leaves"])
        self.info = [dict(depth=0, many=False, quiet=False, root=i, detached=False)
                     for i in range(count)]
        self.leaf = [bool(l["g"]) for l in program["leaves"]]
        self.read = {}       # variable -> storages' writes seen when it was read
        self.writes = {}     # root -> list of written variables
        self.requested = set()

    def note_read(self, v):
        root = self.info[v]["root"]
        if self.writes.get(root) and self.read_roots(root):
            self.add("read through a view before and after a write")
        self.read.setdefault(v, len(self.writes.get(root, [])))

    def read_roots(self, root):
        return any(self.info[v]["root"] == root and self.info[v]["depth"] and seen == 0
                   for v, seen in self.read.items())

    def before(self, ins, env):
        o, x = ins["o"], ins["x"]
        info = self.info[x]
        if "y" in ins:
            self.note_read(ins["y"])
        if o == "requires_grad_":
            self.requested.add(x)
            if info["depth"]:
                self.add("requires_grad_ on a view")
        elif o not in VIEWS and o not in WRITES:
            self.note_read(x)
        elif o in WRITES:
            self.note_write(ins, x, info, env)

    def note_write(self, ins, x, info, env):
        root, o = info["root"], ins["o"]
        with torch.no_grad():
            target = target_of(ins, env[x])
            if any(n > 1 and s == 0 for n, s in zip(target.shape, target.stride())):
                self.add("expanded target written")
            if "y" in ins:
                source = env[ins["y"]]
                if source.shape != target.shape:
                    self.add("broadcast source written")
                if shared(source, target):
                    self.add("overlapping copy" if o in ("copy_", "set", "set_slice")
                             else "overlapping arithmetic")
        quiet = bool(ins.get("n"))
        depth = info["depth"] + (o in ("set", "set_slice"))
        if info["many"]:
            self.add("split output written")
        of_leaf = root < len(self.leaf) and self.leaf[root] and not info["detached"]
        if depth and of_leaf or x in self.requested:
            self.add("leaf view written")
        if info["quiet"] and not quiet:
            self.add("no_grad view written with grad")
        if info["detached"]:
            self.add("detached alias written")
        if depth >= 3:
            self.add("view 3 or more deep written")
        if o in ("set", "set_slice"):
            self.add("indexed assignment")
        if quiet:
            self.add("write under no_grad")
        if not info["depth"] and any(self.info[v]["root"] == root and self.info[v]["depth"] for v in self.read):
            self.add("base written after view read")
        if info["depth"] and root in self.read:
            self.add("view written after base read")
        if self.writes.get(root) and x not in self.writes[root]:
            self.add("several views of one base written")
        self.writes.setdefault(root, []).append(x)

    def after(self, ins, made, env):
        o, parent = ins["o"], self.info[ins["x"]]
        for t in made:
            i = len(self.info)
            alias = o in VIEWS
            if o == "reshape" and t.storage().data_ptr() != env[ins["x"]].storage().data_ptr():
                alias = False
            fresh = dict(depth=0, many=False, quiet=False, root=i, detached=False)
            self.info.append(dict(parent, depth=parent["depth"] + 1) if alias else fresh)
            info = self.info[i]
            if alias:
                info["many"] = info["many"] or o in MANY
                info["quiet"] = info["quiet"] or bool(ins.get("n"))
                info["detached"] = info["detached"] or o == "detach"
            if o == "as_strided" and repeats(t):
                self.add("overlapping as_strided")

    def at_end(self, end):
        for var, _, _ in end["t"]:
            self.note_read(var)
        self.add({"double": "create_graph", "retain": "retain_graph"}.get(end["m"], "plain backward"))
