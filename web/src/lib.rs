//! Pages, log-in, catalogue, badge and API; owns the database.
