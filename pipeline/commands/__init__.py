"""The commands of `counterfoil`, one module a group; `pipeline.cli` puts them together."""
