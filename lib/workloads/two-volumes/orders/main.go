// Orders is an HTTP service that keeps a log of orders on one volume and a table of stock on another. The two must agree.
//
//	orders serve --orders DIR --stock DIR [--listen ADDRESS]
//
// Each write is an order. It goes to the log first, then to the table, and is acknowledged when both are on the disk. When the
// service starts, it applies the last order of the log to the table, if a crash prevented that. Other differences are a tear: the
// volumes are of two moments. See the package records for the HTTP interface.
package main

import (
	"flag"
	"fmt"
	"os"

	"meshdrill/workloads/support/records"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "orders:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || args[0] != "serve" {
		return fmt.Errorf("no known command. Command: serve")
	}
	flags := flag.NewFlagSet("orders serve", flag.ContinueOnError)
	orders := flags.String("orders", "/data/orders", "folder of the log, on the first volume")
	stock := flags.String("stock", "/data/stock", "folder of the table, on the second volume")
	listen := flags.String("listen", ":8080", "address of the HTTP service")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	shop, err := openShop(*orders, *stock)
	if err != nil {
		return err
	}
	return records.Serve(records.Routes(shop), "orders", *listen)
}
