using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl collection create NAME</c></summary>
internal sealed class CollectionCreateCommand : ReplctlCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "1 to 64 of a-z, 0-9, _ and -." };
    private readonly Option<bool> _bytes = new("--bytes") { Description = "For opaque bytes instead of JSON documents." };

    internal CollectionCreateCommand(CommandHost host)
        : base(
            host, "create", "Create a collection.",
            """{"collection":"pictures","kind":"bytes","position":"3/1044"}""",
            "replctl collection create customers",
            "replctl collection create pictures --bytes")
    {
        Add(_name);
        Add(_bytes);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var name = context.Line.GetRequiredValue(_name);
        var kind = context.Line.GetValue(_bytes) ? CollectionKind.Bytes : CollectionKind.Json;
        await using var client = context.OpenClient();
        var position = await client.CreateCollectionAsync(name, kind, cancellation);
        if (!context.Json)
        {
            context.Answer.Line(position.ToString());
            return ExitCode.Success;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("collection", name);
            json.WriteString("kind", CollectionListCommand.KindText(kind));
            json.WriteString("position", position.ToString());
        });
        return ExitCode.Success;
    }
}
