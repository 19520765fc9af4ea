//! Nothing: burn's libtorch backend is not built here, but a lock file lists it, and it asks for another
//! libtorch than `registry-tch`, of which Cargo allows one.
