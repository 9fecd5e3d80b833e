using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Replication.Tidy.Tests.Source;

/// <summary>A text file of the repository.</summary>
/// <param name="path">Relative to the root, with slashes.</param>
/// <param name="text">Its content.</param>
internal sealed class SourceFile(string path, string text)
{
    private readonly Lazy<SyntaxNode> _syntax = new(() => CSharpSyntaxTree.ParseText(text, Options).GetRoot());

    private static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, DocumentationMode.Parse);

    public string Path => path;

    public string Text => text;

    public IReadOnlyList<string> Lines { get; } = text.ReplaceLineEndings("\n").Split('\n');

    public bool IsCode => path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>Code of the product, without the stand-ins for two packages, whose shape others decided.</summary>
    public bool IsProduct => IsCode && IsUnder("src/") && !IsStandIn;

    public bool IsTest => IsCode && IsUnder("tests/");

    public bool IsStandIn => IsUnder("src/GrpcContracts/");

    /// <summary>The part of the engine that decides; its IO folder is where it meets the world.</summary>
    public bool IsPure => IsCode && IsUnder("src/Core/") && !IsUnder("src/Core/IO/");

    /// <summary>The parsed code.</summary>
    public SyntaxNode Syntax => _syntax.Value;

    public bool IsUnder(string folder) => path.StartsWith(folder, StringComparison.Ordinal);

    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode => Syntax.DescendantNodes().OfType<T>();

    public Violation At(SyntaxNode node, string what) => At(node.GetLocation(), what);

    public Violation At(Location location, string what) => new(path, location.GetLineSpan().StartLinePosition.Line + 1, what);

    public override string ToString() => path;
}
