# The containers go through bewit on their way into the task definition: what is written here is what runs, behind bewit.
terraform {
  required_providers {
    aws      = { source = "hashicorp/aws" }
    external = { source = "hashicorp/external" }
  }
}

variable "bewit_image" {
  description = "The image that holds bewit (examples/image)"
  type        = string
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "execution_role_arn" {
  type = string
}

locals {
  log_group = "/ecs/web"
  containers = [
    {
      name         = "web"
      image        = "public.ecr.aws/nginx/nginx:1.27"
      essential    = true
      portMappings = [{ containerPort = 80 }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = local.log_group
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "web"
        }
      }
    }
  ]
}

# What the image runs is in ../nginx.json, the output of `docker image inspect`.
data "external" "guarded" {
  program = ["${path.module}/patch.sh", "--bewit-image", var.bewit_image, "--image-config", "${path.module}/../nginx.json"]
  query   = { containers = jsonencode(local.containers) }
}

resource "aws_cloudwatch_log_group" "web" {
  name              = local.log_group
  retention_in_days = 30
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = var.execution_role_arn
  container_definitions    = data.external.guarded.result.containers
}

resource "aws_cloudwatch_log_metric_filter" "alerts" {
  name           = "bewit-alerts"
  log_group_name = aws_cloudwatch_log_group.web.name
  pattern        = "{ $.rule = \"*\" && $.priority = \"*\" && $.uuid = \"*\" }"

  metric_transformation {
    namespace     = "bewit"
    name          = "Alerts"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "alerts" {
  alarm_name          = "bewit-alerts"
  namespace           = "bewit"
  metric_name         = "Alerts"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}
