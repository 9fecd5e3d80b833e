using System.CommandLine;

namespace Replication.Cli.Commands;

/// <summary><c>replctl collection drop NAME</c></summary>
internal sealed class CollectionDropCommand : ReplctlCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The collection." };

    internal CollectionDropCommand(CommandHost host)
        : base(
            host, "drop", "Remove a collection with all its records, without asking back.",
            """{"collection":"pictures","position":"3/1045"}""",
            "replctl collection drop pictures") => Add(_name);

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var name = context.Line.GetRequiredValue(_name);
        await using var client = context.OpenClient();
        var position = await client.DropCollectionAsync(name, cancellation);
        if (!context.Json)
        {
            context.Answer.Line(position.ToString());
            return ExitCode.Success;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("collection", name);
            json.WriteString("position", position.ToString());
        });
        return ExitCode.Success;
    }
}
