package abuse

var privacy = []Case{}
