//! One file a journey, named for what the user gets.
