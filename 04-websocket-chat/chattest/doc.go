// Package chattest is what the tests of this chapter's packages share. It knows the
// wire, and no hub: so the hub's own tests can use it, too.
package chattest
