package abuse

var money = []Case{}
