using Replication.Server.Commands;

return await ServerCommands.Create().InvokeAsync(args);
