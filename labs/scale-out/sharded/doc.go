// Package sharded is the other engine.
package sharded
