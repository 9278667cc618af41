//! Response policy zones: read from files and from servers, given out to servers.
