package abuse

var pages = []Case{}
