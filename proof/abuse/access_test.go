package abuse

var access = []Case{}
