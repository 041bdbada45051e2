module meshdrill/consul-pod

go 1.26
