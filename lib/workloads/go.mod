module meshdrill/workloads

go 1.24
