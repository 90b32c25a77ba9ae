// Package proxies proves what docs/proxies.md says: its tests start nginx, haproxy and Caddy with the files of
// deploy/, in front of two nodes, and connect through them as a browser does. Only names, addresses, paths and
// the longest wait for an answer are replaced. A proxy that is not on the PATH is skipped, with a sentence; with REQUIRE_PROXIES=1
// that fails. The module is one of its own, as nothing else needs proxies and nodes at the same time.
package proxies
