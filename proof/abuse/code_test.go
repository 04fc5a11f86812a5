package abuse

var codes = []Case{}
