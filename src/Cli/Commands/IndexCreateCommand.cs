using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl index create C NAME PATH</c></summary>
internal sealed class IndexCreateCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _name = new("NAME") { Description = "1 to 64 of a-z, 0-9, _ and -." };
    private readonly Argument<string> _path = new("PATH") { Description = "Names of members with dots between them, like address.city." };
    private readonly Option<bool> _unique = new("--unique") { Description = "A value may stand in one record only." };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until it is built." };

    internal IndexCreateCommand(CommandHost host)
        : base(
            host, "create", "Create a secondary index of a collection of JSON documents, and wait until it is built. Writes go on.",
            """{"collection":"customers","name":"email","phase":"ready","position":"3/1044","failure":""}""",
            "replctl index create customers country country",
            "replctl index create customers email contact.email --unique",
            "replctl index create orders sku items.sku --no-wait")
    {
        Add(_collection);
        Add(_name);
        Add(_path);
        Add(_unique);
        Add(_noWait);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var (collection, name) = (context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_name));
        await using var client = context.OpenClient();
        var position = await client.CreateIndexAsync(collection, name, context.Line.GetRequiredValue(_path), context.Line.GetValue(_unique), cancellation);
        var (phase, failure) = (IndexPhase.Building, string.Empty);
        if (!context.Line.GetValue(_noWait))
        {
            var index = await client.WaitForIndexAsync(collection, name, position, cancellation: cancellation);
            (phase, failure) = (index.Phase, index.Failure);
        }
        if (context.Json)
        {
            context.Answer.Json(json =>
            {
                json.WriteString("collection", collection);
                json.WriteString("name", name);
                json.WriteString("phase", IndexListCommand.PhaseText(phase));
                json.WriteString("position", position.ToString());
                json.WriteString("failure", failure);
            });
        }
        else if (phase != IndexPhase.Failed)
        {
            context.Answer.Line(position.ToString());
        }
        else
        {
            throw new CommandException(ExitCode.Negative, $"The index could not be built: {failure}");
        }
        return phase == IndexPhase.Failed ? ExitCode.Negative : ExitCode.Success;
    }
}
