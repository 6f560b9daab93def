use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

#[derive(Debug, Default)]
struct Order0 {
    name: String,
    prices: Vec<f64>,
}

impl Order0 {
    fn total(&self, discount: f64) -> Result<f64, String> {
        if !(0.0..1.0).contains(&discount) {
            return Err(format!("no discount: {discount}"));
        }
        Ok(self.prices.iter().sum::<f64>() * (1.0 - discount))
    }
}

fn summary_0(path: &str, separator: char) -> std::io::Result<BTreeMap<String, Order0>> {
    let mut orders: BTreeMap<String, Order0> = BTreeMap::new();
    for (index, line) in BufReader::new(File::open(format!("data/{path}"))?).lines().enumerate() {
        let line = line?;
        match line.split_once(separator) {
            None => eprintln!("line {} has no price", index + 1),
            Some((name, price)) => {
                let order = orders.entry(name.to_string()).or_default();
                order.name = name.to_string();
                order.prices.push(price.trim().parse().unwrap_or(0.0));
            }
        }
    }
    Ok(orders)
}
