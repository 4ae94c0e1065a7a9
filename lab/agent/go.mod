module plumb-lab-agent

go 1.24
