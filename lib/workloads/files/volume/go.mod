module meshdrill/volume

go 1.24
