module meshdrill/node

go 1.24
