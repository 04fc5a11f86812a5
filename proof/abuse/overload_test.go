package abuse

var overload = []Case{}
