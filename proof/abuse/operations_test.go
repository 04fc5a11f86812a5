package abuse

var operations = []Case{}
