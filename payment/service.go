package payment

import "citywalk/db"

// Service is what the package does.
type Service struct {
	DB       *db.DB
	Provider Provider
	Currency string // "CNY".
	BaseURL  string // Ours, for return and notify URLs.
}
