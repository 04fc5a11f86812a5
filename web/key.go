package web

// validKey reports whether a key has the shape that once takes.
func validKey(key string) bool {
	if len(key) < 16 || len(key) > 255 {
		return false
	}
	for _, c := range key {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
