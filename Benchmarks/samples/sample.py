import collections
import json
import os
from dataclasses import dataclass, field


@dataclass
class Order_0:
    name: str
    prices: list[float] = field(default_factory=list)

    def total(self, discount: float = 0.0) -> float:
        """The sum of all prices, less a discount between 0 and 1."""
        if not 0 <= discount < 1:
            raise ValueError(f"no discount: {discount!r}")
        return sum(self.prices) * (1 - discount)


def summary_0(path, separator=","):
    counts = collections.Counter()
    orders = {}
    with open(os.path.join("data", path)) as lines:
        for number, line in enumerate(lines, start=1):
            name, _, price = line.strip().partition(separator)
            if not price:
                print("line %d has no price" % number)
                continue
            orders.setdefault(name, Order_0(name)).prices.append(float(price))
            counts[name] += 1
    return json.dumps({name: [counts[name], order.total(0.1)] for name, order in sorted(orders.items())}, indent=2)
