module example.com/tocsin-client

go 1.21
