// Sessions is an HTTP service that keeps the sessions of a shop in Redis, and the commands that damage the append-only file: see
// support/database.
package main

import "meshdrill/workloads/support/database"

func main() {
	database.Program{
		Name: "sessions", Serves: "the sessions",
		Data: "/data/redis", Socket: "/run/redis/redis.sock",
		Open: openShop, Damages: damages,
	}.Run()
}
