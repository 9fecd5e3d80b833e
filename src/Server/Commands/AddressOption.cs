using System.CommandLine;

namespace Replication.Server.Commands;

/// <summary>Flags whose value is an address like <c>http://127.0.0.1:7400</c>.</summary>
internal static class AddressOption
{
    public static Option<Uri> Create(string name, string description, string standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new Uri(standard),
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address is { Scheme: "http", AbsolutePath: "/" }) return address;
            result.AddError($"'{result.Tokens[0].Value}' is no address for {name}; write it like {standard}.");
            return null;
        },
    };
}
