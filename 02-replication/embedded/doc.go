// Package embedded runs a Redis master and its replicas inside this process, on miniredis, with nothing to install.
package embedded
