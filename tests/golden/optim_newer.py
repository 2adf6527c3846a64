"""Writes optim_newer.json: parameters after some of 100 steps of the optimizers that PyTorch 1.13 has not.

Each rule is written from its paper, in double, on plain NumPy arrays; the comments cite the lines.
The gradient at p is A (p - T) + 0.05 p^3, minus that where the rule maximizes. A, T and the start of
each shape come from a seed and are recorded. Rates are small enough for the minimum to be stable:
around one that is not, the last bit of each step grows to a difference that anyone can see.
"""
import json
import os

import numpy as np

CHECKPOINTS = [1, 2, 10, 50, 100]
random = np.random.RandomState(7)
PROBLEMS = {}
for shape in [(5,), (4, 3), (3, 4), (2, 3, 4)]:
    PROBLEMS["x".join(map(str, shape))] = {
        "shape": list(shape),
        "a": random.uniform(0.2, 3, shape),
        "t": random.uniform(-3, 3, shape),
        "start": random.uniform(-2, 2, shape),
    }


def gradient_of(problem, maximize=False):
    sign = -1 if maximize else 1
    return lambda p: sign * (problem["a"] * (p - problem["t"]) + 0.05 * p**3)


def rms(x):
    return np.sqrt(np.mean(x * x))


def lion(p, gradient, o):
    """Chen et al. 2023, arXiv:2302.06675, algorithm 2."""
    lr, (b1, b2), decay = o["lr"], o.get("betas", [0.9, 0.99]), o.get("weight_decay", 0)
    ascent = -1 if o.get("maximize") else 1
    m = np.zeros_like(p)
    while True:
        g = ascent * gradient(p)
        c = b1 * m + (1 - b1) * g  # "update model parameters": c_t
        p = p - lr * (np.sign(c) + decay * p)  # theta_t
        m = b2 * m + (1 - b2) * g  # "update EMA of g_t"
        yield p


def newton_schulz(g, steps, eps):
    """Jordan et al. 2024, function newtonschulz5 of the post, in double."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g / (np.linalg.norm(g) + eps)
    if x.shape[0] > x.shape[1]:
        x = x.T
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if g.shape[0] > g.shape[1] else x


def muon(p, gradient, o):
    """Jordan et al. 2024, algorithm 2 of the post, with the public code's Nesterov, weight decay and
    scale. The post's buffer B = mu B + G is the code's over 1 - mu; the iteration divides by the norm."""
    lr, mu, decay = o["lr"], o.get("momentum", 0.95), o.get("weight_decay", 0)
    ascent = -1 if o.get("maximize") else 1
    scale = max(1, p.shape[0] / p.shape[1]) ** 0.5
    buffer = np.zeros_like(p)
    while True:
        g = ascent * gradient(p)
        buffer = mu * buffer + (1 - mu) * g
        direction = (1 - mu) * g + mu * buffer if o.get("nesterov", True) else buffer
        direction = newton_schulz(direction, o.get("ns_steps", 5), o.get("eps", 1e-7))
        p = p - lr * decay * p - lr * scale * direction
        yield p


def adafactor(p, gradient, o):
    """Shazeer & Stern 2018, arXiv:1804.04235, algorithm 4 (matrices) and 5 (vectors), with algorithm 6's
    settings. R and C are the paper's sums, not means. beta1 and weight_decay as in fairseq."""
    eps1, eps2 = o.get("eps", [1e-30, 1e-3])
    d, exponent = o.get("clip_threshold", 1), o.get("decay_rate", -0.8)
    ascent = -1 if o.get("maximize") else 1
    matrix = p.ndim >= 2
    if matrix:
        r = np.zeros(p.shape[:-1] + (1,))
        c = np.zeros(p.shape[:-2] + (1, p.shape[-1]))
    v = np.zeros_like(p)
    m = np.zeros_like(p)
    t = 0
    while True:
        t += 1
        g = ascent * gradient(p)
        rho = o.get("lr", 1e-2)
        if o.get("relative_step", True):
            rho = min(rho, 1 / np.sqrt(t))  # algorithm 6: rho_t = min(1e-2, 1 / sqrt(t))
        if o.get("warmup_init"):
            rho = min(rho, 1e-6 * t)  # section 9: warm-up
        # algorithm 4, "alpha_t = max(eps2, RMS(X_{t-1})) rho_t"
        alpha = rho * (max(eps2, rms(p)) if o.get("scale_parameter", True) else 1)
        beta2 = 1 - t**exponent  # algorithm 6: 1 - t^-0.8
        square = g * g + eps1
        if matrix:
            r = beta2 * r + (1 - beta2) * square.sum(axis=-1, keepdims=True)  # R_t
            c = beta2 * c + (1 - beta2) * square.sum(axis=-2, keepdims=True)  # C_t
            v = r * c / r.sum(axis=-2, keepdims=True)  # V_t = R_t C_t / 1^T R_t
        else:
            v = beta2 * v + (1 - beta2) * square  # algorithm 5
        u = g / np.sqrt(v)  # U_t
        u = u / max(1, rms(u) / d)  # clipped U_t
        b1 = o.get("beta1", 0)
        m = b1 * m + (1 - b1) * alpha * u
        p = p - alpha * o.get("weight_decay", 0) * p - m  # X_t
        yield p


def warmup_rate(o, t):
    return o["lr"] * min(1, t / max(1, o.get("warmup_steps", 0)))


class Average:
    """x of Defazio et al. 2024, arXiv:2405.15682: equation 5; weights as in algorithm 1 lines 9 and 10,
    with the reference implementation's exponents r and weight_lr_power."""

    def __init__(self, p, o):
        self.x, self.total, self.largest, self.o = p.copy(), 0, 0, o

    def add(self, z, rate, t):
        self.largest = max(self.largest, rate)
        weight = t ** self.o.get("r", 0) * self.largest ** self.o.get("weight_lr_power", 2)
        self.total += weight
        c = weight / self.total
        self.x = (1 - c) * self.x + c * z


def sgd_schedule_free(p, gradient, o):
    """Equations 3 to 5. Yields x, which is what eval() gives, and y."""
    b, average, z, t = o.get("momentum", 0.9), Average(p, o), p.copy(), 0
    ascent = -1 if o.get("maximize") else 1
    while True:
        t += 1
        y = (1 - b) * z + b * average.x  # equation 3
        rate = warmup_rate(o, t)
        z = z - rate * (ascent * gradient(y) + o.get("weight_decay", 0) * y)  # equation 4
        average.add(z, rate, t)  # equation 5
        yield average.x, (1 - b) * z + b * average.x


def adamw_schedule_free(p, gradient, o):
    """Algorithm 1. Yields x and y."""
    (b1, b2), eps = o.get("betas", [0.9, 0.999]), o.get("eps", 1e-8)
    average, z, v, t = Average(p, o), p.copy(), np.zeros_like(p), 0
    ascent = -1 if o.get("maximize") else 1
    while True:
        t += 1
        y = (1 - b1) * z + b1 * average.x  # line 4
        g = ascent * gradient(y)  # line 5
        v = b2 * v + (1 - b2) * g * g  # line 6
        rate = warmup_rate(o, t) * np.sqrt(1 - b2**t)  # line 7
        z = z - rate * g / (np.sqrt(v) + eps) - rate * o.get("weight_decay", 0) * y  # line 8
        average.add(z, rate, t)  # lines 9 and 10
        yield average.x, (1 - b1) * z + b1 * average.x


class Momentum:
    """Inner optimizer of the wrappers: v = mu v + g, p = p - lr v."""

    def __init__(self, o):
        self.lr, self.mu, self.v = o["lr"], o.get("momentum", 0), 0

    def __call__(self, p, g):
        self.v = self.mu * self.v + g
        return p - self.lr * self.v


def lookahead(p, gradient, o):
    """Zhang et al. 2019, arXiv:1907.08610, algorithm 1; the inner state is maintained."""
    inner, slow = Momentum(o), p.copy()
    while True:
        for _ in range(o.get("k", 5) - 1):
            p = inner(p, gradient(p))
            yield p
        p = inner(p, gradient(p))
        slow = slow + o.get("alpha", 0.5) * (p - slow)  # phi_t = phi_{t-1} + alpha (theta_{t,k} - phi_{t-1})
        p = slow.copy()
        yield p


def sam(p, gradient, o):
    """Foret et al. 2021, arXiv:2010.01412, equation 2 and algorithm 1; adaptive: Kwon et al. 2021,
    arXiv:2102.11600, equation 8 with T = |w| + eta. 1e-12 as in both implementations."""
    inner, rho = Momentum(o), o.get("rho", 0.05)
    ascent = -1 if o.get("maximize") else 1
    while True:
        g = gradient(p)
        t = np.abs(p) + o.get("eta", 0.01) if o.get("adaptive") else np.ones_like(p)
        e = ascent * rho * t * t * g / (np.linalg.norm((t * g).ravel()) + 1e-12)
        p = inner(p, ascent * gradient(p + e))
        yield p


def run(rule, problem, **options):
    data = PROBLEMS[problem]
    iterates = rule(data["start"].copy(), gradient_of(data, options.get("maximize", False)), options)
    values = []
    for step, value in zip(range(1, CHECKPOINTS[-1] + 1), iterates):
        if step in CHECKPOINTS:
            values.append([v.ravel().tolist() for v in (value if isinstance(value, tuple) else (value,))])
    return {"kind": rule.__name__, "problem": problem, "options": options, "values": values}


runs = [
    run(lion, "5", lr=0.02),
    run(lion, "4x3", lr=0.05, betas=[0.8, 0.95], weight_decay=0.2),
    run(lion, "5", lr=0.01, maximize=True, betas=[0.95, 0.98]),
    run(muon, "4x3", lr=0.05),
    run(muon, "3x4", lr=0.02, momentum=0.8, weight_decay=0.1),
    run(muon, "4x3", lr=0.05, nesterov=False, ns_steps=3, eps=0.1),
    run(muon, "3x4", lr=0.01, maximize=True, momentum=0.0),
    run(adafactor, "5"),
    run(adafactor, "4x3"),
    run(adafactor, "2x3x4", lr=0.01, clip_threshold=0.7, decay_rate=-0.5),
    run(adafactor, "3x4", lr=0.02, beta1=0.9, weight_decay=0.1, relative_step=False),
    run(adafactor, "5", lr=0.1, scale_parameter=False, beta1=0.5, eps=[1e-3, 1e-3]),
    run(adafactor, "4x3", warmup_init=True, eps=[1e-30, 3.0]),
    run(adafactor, "3x4", lr=0.01, relative_step=False, scale_parameter=False, maximize=True),
    run(sgd_schedule_free, "5", lr=0.1),
    run(sgd_schedule_free, "4x3", lr=0.2, momentum=0.7, weight_decay=0.1, warmup_steps=20),
    run(sgd_schedule_free, "5", lr=0.1, r=1.5, weight_lr_power=1.0, warmup_steps=5),
    run(sgd_schedule_free, "5", lr=0.05, maximize=True, weight_decay=0.2),
    run(adamw_schedule_free, "5", lr=0.05),
    run(adamw_schedule_free, "4x3", lr=0.1, betas=[0.8, 0.95], weight_decay=0.1, warmup_steps=20),
    run(adamw_schedule_free, "5", lr=0.1, eps=0.1, r=0.5, weight_lr_power=0.0),
    run(adamw_schedule_free, "5", lr=0.05, maximize=True, weight_decay=0.2),
    run(lookahead, "5", lr=0.05, momentum=0.5),
    run(lookahead, "4x3", lr=0.1, k=3, alpha=0.8),
    run(sam, "5", lr=0.02),
    run(sam, "4x3", lr=0.02, momentum=0.9, rho=0.3),
    run(sam, "5", lr=0.05, rho=0.5, adaptive=True),
    run(sam, "4x3", lr=0.02, rho=0.3, adaptive=True, eta=0.2, maximize=True),
]
problems = {
    name: {key: value.ravel().tolist() if isinstance(value, np.ndarray) else value for key, value in data.items()}
    for name, data in PROBLEMS.items()
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optim_newer.json")
with open(path, "w") as f:
    json.dump({"numpy": np.__version__, "problems": problems, "checkpoints": CHECKPOINTS, "runs": runs}, f)
    f.write("\n")
