#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

struct Order_0 {
    std::string name;
    std::vector<double> prices;

    double total(double discount = 0) const {
        if (discount < 0 || discount >= 1) throw std::invalid_argument("no discount: " + std::to_string(discount));
        return std::accumulate(prices.begin(), prices.end(), 0.0) * (1 - discount);
    }
};

std::map<std::string, Order_0> summary_0(const std::string &path, char separator = ',') {
    std::map<std::string, Order_0> orders;
    std::ifstream lines("data/" + path);
    std::string line;
    for (int number = 1; std::getline(lines, line); number++) {
        auto place = line.find(separator);
        if (place == std::string::npos) {
            std::cerr << "line " << number << " has no price\n";
            continue;
        }
        auto name = line.substr(0, place);
        orders[name].name = name;
        orders[name].prices.push_back(std::stod(line.substr(place + 1)));
    }
    return orders;
}
