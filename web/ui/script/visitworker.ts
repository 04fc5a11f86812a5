// Keeps the pages of visits on the phone.
