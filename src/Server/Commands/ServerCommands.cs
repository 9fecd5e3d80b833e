using System.CommandLine;
using Replication.Node.Options;
using Replication.Node.Roles;
using Replication.Server.Demo;

namespace Replication.Server.Commands;

/// <summary>The commands of <c>replicad</c>.</summary>
internal sealed class ServerCommands
{
    private readonly RootCommand _root;

    private ServerCommands(RootCommand root) => _root = root;

    public static ServerCommands Create() => new(new RootCommand(
        """
        A read-replica streaming replication server: a whole database in memory, every transaction in a log on disk,
        streamed to any number of replicas.

        Examples:
          replicad demo
          replicad primary --data ./data/primary --listen http://127.0.0.1:7400 --http http://127.0.0.1:7401
          replicad replica --data ./data/replica --listen http://127.0.0.1:7410 --http http://127.0.0.1:7411 --primary http://127.0.0.1:7400
        """)
    {
        DemoCommand.Create(),
        Primary(),
        Replica(),
    });

    public async Task<int> InvokeAsync(string[] arguments)
    {
        var parsed = _root.Parse(arguments);
        // The host handles signals itself: it ends streams first and takes the time it needs.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static Command Primary()
    {
        var command = new Command("primary", "Start the node that writes. Makes a new database when the data directory does not exist yet.");
        var flags = new NodeCommandOptions(NodeRole.Primary);
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) => NodeProgram.RunAsync(
            flags.Http(parsed),
            flags.Quiet(parsed),
            options =>
            {
                options.Role = NodeRole.Primary;
                flags.Apply(parsed, options);
            },
            cancellation));
        return command;
    }

    private static Command Replica()
    {
        var primary = AddressOption.CreateList("--primary", "gRPC address of the node to follow, or several separated by commas, the preferred one first.", NodeOptions.DefaultListen(NodeRole.Primary).GetLeftPart(UriPartial.Authority));
        var standby = new Option<bool>("--standby") { Description = "Ask to be listed as a voter, a node that may become primary." };
        var bootstrapFrom = AddressOption.Optional("--bootstrap-from", "gRPC address of the node that snapshots are fetched from. Default: the node that it follows.");
        var command = new Command("replica", "Start a node that follows another one and serves reads. Begins from a snapshot when it has no data yet.") { primary, bootstrapFrom, standby };
        var flags = new NodeCommandOptions(NodeRole.Replica);
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) => NodeProgram.RunAsync(
            flags.Http(parsed),
            flags.Quiet(parsed),
            options =>
            {
                options.Role = NodeRole.Replica;
                options.Primary = parsed.GetValue(primary)!;
                options.BootstrapFrom = parsed.GetValue(bootstrapFrom);
                options.Standby = parsed.GetValue(standby);
                flags.Apply(parsed, options);
            },
            cancellation));
        return command;
    }
}
