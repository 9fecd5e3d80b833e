using System.CommandLine;
using System.CommandLine.Parsing;
using Replication.Node.Options;

namespace Replication.Server.Commands;

/// <summary>Flags whose value is an address like <c>http://127.0.0.1:7400</c>.</summary>
internal static class AddressOption
{
    private const string Example = "http://127.0.0.1:7400";

    public static Option<Uri> Create(string name, string description, string standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new Uri(standard),
        CustomParser = result => Parse(result, name, standard),
    };

    public static Option<Uri?> Optional(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Parse(result, name, Example),
    };

    private static Uri? Parse(ArgumentResult result, string name, string example)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address is { Scheme: "http", AbsolutePath: "/" }) return address;
        result.AddError($"'{result.Tokens[0].Value}' is no address for {name}; write it like {example}.");
        return null;
    }

    /// <summary>A flag for several of them, separated by commas.</summary>
    public static Option<string> CreateList(string name, string description, string standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (UpstreamAddresses.Parse(text) is { IsEmpty: false }) return text;
            result.AddError($"'{text}' cannot be used: {name} {UpstreamAddresses.Form}.");
            return null;
        },
    };
}
