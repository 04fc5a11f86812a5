package account

import "strings"

// NewTag returns what a browser keeps to be known again among others at the
// same address. It says nothing of who uses the browser. That it is ours can
// be told from it alone.
func (s *Service) NewTag() string {
	id := newToken()
	return id + "." + s.Keys.hash("tag", id)
}

// OwnTag reports whether we made the tag.
func (s *Service) OwnTag(tag string) bool {
	id, sum, ok := strings.Cut(tag, ".")
	return ok && len(id) == tokenLen && equal(sum, s.Keys.hash("tag", id))
}

// device is what counts as one device: a browser with a tag, or whatever calls
// itself the same at one address. Who throws the tag away counts as new; the
// limit of his address stays. It is empty if nothing is known of the client.
func (s *Service) device(c Client) string {
	switch {
	case s.OwnTag(c.Tag):
		return "tag:" + c.Tag
	case c.IP == "" && c.Device == "":
		return ""
	}
	return network(c.IP) + "|" + c.Device
}
