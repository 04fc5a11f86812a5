package abuse

var signIn = []Case{}
