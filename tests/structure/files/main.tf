terraform {
  required_version = ">= 1.5"
}

# the network all machines are in
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags = {
    Name = "main"
  }
}

resource "aws_instance" "web" {
  ami           = "ami-123"
  instance_type = "t3.large" # the large one
  user_data     = <<-EOF
    #!/bin/bash
    echo "{ hello"
  EOF
  root_block_device {
    volume_size = 80
    encrypted   = true
  }
  ingress = [
    { port = 80 },
    { port = 443 },
  ]
}

variable "region" {
  type    = string
  default = "eu-north-1"
}
output "ip" { value = aws_instance.web.public_ip }
