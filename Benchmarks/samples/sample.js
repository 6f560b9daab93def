const fs = require("fs");
const path = require("path");

class Order_0 {
  constructor(name, prices = []) {
    this.name = name;
    this.prices = prices;
  }

  total(discount = 0) {
    if (discount < 0 || discount >= 1) throw new RangeError(`no discount: ${discount}`);
    return this.prices.reduce((sum, price) => sum + price, 0) * (1 - discount);
  }
}

function summary_0(file, separator = ",") {
  const orders = new Map();
  const lines = fs.readFileSync(path.join("data", file), "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    const [name, price] = line.trim().split(separator);
    if (!price) {
      console.log("line " + (index + 1) + " has no price");
      continue;
    }
    if (!orders.has(name)) orders.set(name, new Order_0(name));
    orders.get(name).prices.push(Number(price));
  }
  const sorted = [...orders.values()].sort((a, b) => a.name.localeCompare(b.name));
  return JSON.stringify(sorted.map(({ name, prices }) => ({ name, count: prices.length })), null, 2);
}
