module cart

go 1.24
