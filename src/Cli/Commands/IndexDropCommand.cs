using System.CommandLine;

namespace Replication.Cli.Commands;

/// <summary><c>replctl index drop C NAME</c></summary>
internal sealed class IndexDropCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _name = new("NAME") { Description = "The index." };

    internal IndexDropCommand(CommandHost host)
        : base(
            host, "drop", "Remove a secondary index. The records stay.",
            """{"collection":"customers","name":"email","position":"3/1045"}""",
            "replctl index drop customers email")
    {
        Add(_collection);
        Add(_name);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var (collection, name) = (context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_name));
        await using var client = context.OpenClient();
        var position = await client.DropIndexAsync(collection, name, cancellation);
        if (!context.Json)
        {
            context.Answer.Line(position.ToString());
            return ExitCode.Success;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("collection", collection);
            json.WriteString("name", name);
            json.WriteString("position", position.ToString());
        });
        return ExitCode.Success;
    }
}
