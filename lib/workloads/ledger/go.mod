module meshdrill/ledger

go 1.24
